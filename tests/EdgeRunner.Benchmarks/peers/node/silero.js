import ort from 'onnxruntime-node';

const HOP = 512; // 32 ms at 16 kHz
const CONTEXT = 64; // the model also wants the end of the window before
const THRESHOLD = 0.5;

/** Voice activity: 16-bit mono samples at 16 kHz in, one decision for each 512 of them out. */
export async function silero(stream, session, telemetry) {
  // Tensors over buffers that are written in place: the binding takes their memory as it is.
  const audio = new Float32Array(CONTEXT + HOP);
  const input = new ort.Tensor('float32', audio, [1, CONTEXT + HOP]);
  const sr = new ort.Tensor('int64', BigInt64Array.of(16000n), []);
  let state = new ort.Tensor('float32', new Float32Array(2 * 128), [2, 1, 128]);
  let filled = 0;
  let odd = null; // half a sample, when a chunk ends inside one

  for await (let chunk of stream) {
    if (odd) chunk = Buffer.concat([odd, chunk]);
    odd = chunk.length % 2 ? chunk.subarray(chunk.length - 1) : null;
    for (let at = 0; at + 1 < chunk.length; at += 2) {
      audio[CONTEXT + filled++] = chunk.readInt16LE(at) / 32768;
      if (filled < HOP) continue;

      const complete = process.hrtime.bigint();
      const { output, stateN } = await session.run({ input, state, sr });
      const score = output.data[0];
      const active = score >= THRESHOLD;
      const decided = process.hrtime.bigint();

      telemetry.window({ label: active ? 'speech' : undefined, active, score, complete, decided });
      state = stateN;
      audio.copyWithin(0, HOP);
      filled = 0;
    }
  }
}
