import mqtt from 'mqtt';

const BATCH_MS = 250; // what EdgeRunner waits for before it commits, and so its batches

/** Publishes one record for each window at QoS 1, some at a time: a message for each would cost both sides more. */
export class Telemetry {
  #client;
  #topic;
  #pipeline;
  #windows = 0;
  #records = [];
  #timer;
  #pending = new Set();

  static async connect(broker, topic, pipeline) {
    return new Telemetry(await mqtt.connectAsync(broker, { protocolVersion: 5, clean: true }), topic, pipeline);
  }

  constructor(client, topic, pipeline) {
    this.#client = client;
    this.#topic = topic;
    this.#pipeline = pipeline;
    this.#timer = setInterval(() => this.#flush(), BATCH_MS);
  }

  /** complete and decided: nanoseconds of CLOCK_MONOTONIC, as process.hrtime.bigint() tells them. */
  window({ label, active, score, complete, decided }) {
    const latencyUs = Number(decided - complete) / 1000;
    this.#records.push({ t: Number(decided), kind: 'window', pipeline: this.#pipeline, window: ++this.#windows, label, active, score, latencyUs });
  }

  async close() {
    clearInterval(this.#timer);
    this.#flush();
    await Promise.all(this.#pending);
    await this.#client.endAsync();
  }

  #flush() {
    if (this.#records.length === 0) return;
    const records = this.#records;
    this.#records = [];
    const last = this.#windows;
    const payload = JSON.stringify({ v: 1, stream: this.#pipeline, first: last - records.length + 1, last, records });
    const sent = this.#client.publishAsync(this.#topic, payload, { qos: 1 });
    this.#pending.add(sent);
    sent.then(() => this.#pending.delete(sent));
  }
}
