"""Debian's python3-securesystemslib, driven by the tests: one JSON request a line, one JSON answer a line.

  {"op": "canonical", "trees": [T]}                     -> {"canonical": [base64]}
  {"op": "repository", "kinds": {role: [kind, ...]}, "digests": B, "delegated": ROLE, "path": P, "content": base64, "expires": DATE}
                                                        -> {"files": {name: base64}}: all of it signed by securesystemslib
  {"op": "verify", "key": K, "keyid": I, "sig": HEX, "signed": T} -> {"verified": true or false}
"""
import base64
import hashlib
import json
import sys

from securesystemslib import formats, keys

MAKERS = {"rsa": lambda: keys.generate_rsa_key(2048), "ecdsa": keys.generate_ecdsa_key, "ed25519": keys.generate_ed25519_key}


def canonical(tree):
    return formats.encode_canonical(tree).encode("utf-8")


def public(key):
    return keys.format_keyval_to_metadata(key["keytype"], key["scheme"], key["keyval"])


def repository(request):
    owned = {role: [MAKERS[kind]() for kind in kinds] for role, kinds in request["kinds"].items()}
    delegated = request["delegated"]
    top = [role for role in owned if role != delegated]
    content = base64.b64decode(request["content"])
    files = {}

    def role_keys(role):
        return {"keyids": [k["keyid"] for k in owned[role]], "threshold": len(owned[role])}

    def publish(role, name, **fields):
        signed = {"_type": "targets" if role == delegated else role, "spec_version": "1.0.34", "version": 1, "expires": request["expires"], **fields}
        signatures = [keys.create_signature(k, canonical(signed)) for k in owned[role]]
        files[name] = base64.b64encode(json.dumps({"signatures": signatures, "signed": signed}).encode()).decode()

    def meta(role, name):
        if not request["digests"]:
            return {"version": 1}
        raw = base64.b64decode(files[name])
        return {"version": 1, "length": len(raw), "hashes": {"sha256": hashlib.sha256(raw).hexdigest(), "sha512": hashlib.sha512(raw).hexdigest()}}

    listed = {request["path"]: {"length": len(content), "hashes": {"sha256": hashlib.sha256(content).hexdigest()}, "custom": {"größe": "\U0001f600\n\t\"\\"}}}
    delegation = {**role_keys(delegated), "name": delegated, "terminating": True, "paths": [request["path"]]}
    publish(delegated, "1.models%2Fvision.json", targets=listed)
    publish("targets", "1.targets.json", targets={}, delegations={"keys": {k["keyid"]: public(k) for k in owned[delegated]}, "roles": [delegation]})
    publish("snapshot", "1.snapshot.json", meta={"targets.json": meta("targets", "1.targets.json"), delegated + ".json": meta(delegated, "1.models%2Fvision.json")})
    publish("timestamp", "timestamp.json", meta={"snapshot.json": meta("snapshot", "1.snapshot.json")})
    publish("root", "1.root.json", consistent_snapshot=True, keys={k["keyid"]: public(k) for role in top for k in owned[role]},
            roles={role: role_keys(role) for role in top})
    return {"files": files}


def verify(request):
    key, _ = keys.format_metadata_to_key(request["key"], request["keyid"])
    signature = {"keyid": request["keyid"], "sig": request["sig"]}
    return {"verified": keys.verify_signature(key, signature, canonical(request["signed"]))}


def answer(request):
    if request["op"] == "canonical":
        return {"canonical": [base64.b64encode(canonical(tree)).decode() for tree in request["trees"]]}
    return repository(request) if request["op"] == "repository" else verify(request)


for line in sys.stdin.buffer:
    sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
    sys.stdout.flush()
