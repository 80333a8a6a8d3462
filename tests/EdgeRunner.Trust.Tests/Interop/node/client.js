'use strict';

// tuf-js, driven by the tests: one JSON request a line, one JSON answer a line.
//   {"op": "canonical", "trees": [T]}   -> {"canonical": [base64]}
//   {"op": "update", "metadata": DIR, "targets": DIR, "state": DIR, "downloads": DIR, "now": DATE, "paths": [...]}
//                                    -> {"versions": {role: n}, "files": {path: base64 or null}} or {"refused": reason}
// The repository's directories are served over HTTP on a port of this process, as a depot would.
const fs = require('fs');
const http = require('http');
const path = require('path');
const { canonicalize } = require('@tufjs/canonical-json');

// tuf-js asks the machine for the time, and the tests have a clock of their own.
const RealDate = Date;
let now;
globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length || !now ? given : [now]));
  }
};
const { Updater } = require('tuf-js');

let served = {};
const server = http.createServer((request, response) => {
  const [, kind, ...segments] = new URL(request.url, 'http://localhost').pathname.split('/').map(decodeURIComponent);
  // A role's name is one segment, however many slashes are in it; a target's path has its slashes.
  const name = kind === 'metadata' ? segments.map(percentEncode).join('/') : segments.join('/');
  fs.readFile(path.join(served[kind] || '', name), (error, content) => {
    response.writeHead(error ? 404 : 200);
    response.end(content);
  });
});

// As RFC 3986 has it; encodeURIComponent leaves five characters more as they are.
const percentEncode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase());

async function update(request) {
  now = request.now;
  served = { metadata: request.metadata, targets: request.targets };
  const url = `http://127.0.0.1:${server.address().port}`;
  const updater = new Updater({
    metadataDir: request.state,
    metadataBaseUrl: `${url}/metadata`,
    targetDir: request.downloads,
    targetBaseUrl: `${url}/targets`,
    config: { fetchRetry: 0 },
  });
  await updater.refresh();
  const files = {};
  for (const target of request.paths) {
    const found = await updater.getTargetInfo(target);
    files[target] = found ? fs.readFileSync(await updater.downloadTarget(found)).toString('base64') : null;
  }
  const versions = {};
  for (const file of fs.readdirSync(request.state).filter((name) => name.endsWith('.json'))) {
    versions[decodeURIComponent(file.slice(0, -'.json'.length))] = JSON.parse(fs.readFileSync(path.join(request.state, file))).signed.version;
  }
  return { versions, files };
}

async function answer(line) {
  const request = JSON.parse(line);
  if (request.op === 'canonical') {
    return { canonical: request.trees.map((tree) => Buffer.from(canonicalize(tree)).toString('base64')) };
  }
  try {
    return await update(request);
  } catch (error) {
    return { refused: `${error.name}: ${error.message}` };
  }
}

async function main() {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Not the readline module, for which U+2028 inside a string ends a line.
  let pending = Buffer.alloc(0);
  for await (const chunk of process.stdin) {
    pending = Buffer.concat([pending, chunk]);
    for (let end; (end = pending.indexOf(10)) >= 0; pending = pending.subarray(end + 1)) {
      process.stdout.write(JSON.stringify(await answer(pending.subarray(0, end).toString())) + '\n');
    }
  }
  server.close();
  server.closeAllConnections();
}

main();
