// The peer of scripts/bench.sh: node main.js PIPELINE.json
//   {"pipeline": "silero" | "shuttle", "model": FILE, "labels": [...], "command": [PROGRAM, ARGUMENT...], "broker": URL, "topic": TOPIC}
// The command writes the samples to its standard output, as arecord does. Ends when the command ends and the broker has everything.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import ort from 'onnxruntime-node';
import { shuttle } from './shuttle.js';
import { silero } from './silero.js';
import { Telemetry } from './telemetry.js';

const options = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const session = await ort.InferenceSession.create(options.model, {
  graphOptimizationLevel: 'all',
  executionMode: 'sequential',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
});
const telemetry = await Telemetry.connect(options.broker, options.topic, options.pipeline);
const [program, ...args] = options.command;
const sensor = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
const ended = new Promise((resolve, reject) => {
  sensor.on('error', reject);
  sensor.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${program} ended with ${code}`))));
});

const run = { shuttle, silero }[options.pipeline];
await Promise.all([run(sensor.stdout, session, telemetry, options), ended]);
await telemetry.close();
