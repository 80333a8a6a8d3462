#!/usr/bin/env bash
# live.sh FILE: the rows of a CSV again and again, about 50 a second, until the file $DEMO_STOP exists.
set -euo pipefail
exec {never}<> <(:) # what is never ready is what bash can sleep on without a process each time
while true; do
  while IFS= read -r row; do
    [[ $row == [0-9-]* ]] || continue # comments and names
    if [[ -e ${DEMO_STOP-} ]]; then exit 0; fi
    printf '%s\n' "$row"
    read -rt 0.02 -u "$never" || true
  done <"$1"
done
