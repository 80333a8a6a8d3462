import { createInterface } from 'node:readline';
import ort from 'onnxruntime-node';

const COLUMNS = ['v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7', 'v8', 'v9'];

/** Radiator state: CSV rows in, one decision for each row out. */
export async function shuttle(stream, session, telemetry, { labels }) {
  const row = new Float32Array(COLUMNS.length);
  const feeds = { x: new ort.Tensor('float32', row, [1, COLUMNS.length]) };
  let columns = null;

  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
    if (line === '' || line.startsWith('#')) continue;
    const fields = line.split(',');
    if (!columns) {
      columns = COLUMNS.map((name) => fields.indexOf(name));
      continue;
    }
    for (let i = 0; i < row.length; i++) row[i] = Number(fields[columns[i]]);

    const complete = process.hrtime.bigint();
    const { label, probabilities } = await session.run(feeds);
    const state = Number(label.data[0]);
    const score = probabilities.data[state];
    const decided = process.hrtime.bigint();

    telemetry.window({ label: labels[state], active: true, score, complete, decided });
  }
}
