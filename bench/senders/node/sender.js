// Nodemailer with a pool of one connection, and the mails of ../mails.py. One argument of JSON, one line of JSON.
"use strict";

const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { createRequire } = require("node:module");

// The modules live where this was installed, not beside it.
const installed = createRequire(join(process.env.POSTROOM_BENCH_NODE, "package.json"));
const nodemailer = installed("nodemailer");
const { version } = installed("nodemailer/package.json");

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;" };

const escaped = (value) => value.replace(/[&<>"']/g, (letter) => ESCAPES[letter]);
const plain = (value) => value;

// Split once, joined for each mail: what template engines for JavaScript compile to.
function compiled(source, filter) {
  const parts = source.split(/\{\{ (\w+) \}\}/);
  return (values) => {
    let filled = parts[0];
    for (let place = 1; place < parts.length; place += 2) {
      filled += filter(values[parts[place]]) + parts[place + 1];
    }
    return filled;
  };
}

function composer(kind) {
  const source = (name) => readFileSync(join(__dirname, "..", "mail", name), "utf8");
  const subject = compiled(source(kind === "non_ascii" ? "subject_not_ascii.txt" : "subject.txt").trimEnd(), plain);
  const text = compiled(source("body.txt"), plain);
  const html = compiled(source("body.html"), escaped);
  const content = Buffer.from(Uint8Array.from({ length: 200_000 }, (_, place) => (place * 7919) % 251));
  const file = { filename: "invoice.pdf", contentType: "application/pdf", content };
  return (number) => {
    const order = `A-${String(number).padStart(7, "0")}`;
    const values = { name: `Customer ${number}`, order, link: `https://shop.example.test/orders/${order}` };
    return {
      from: { name: "Example Shop", address: "orders@example.test" },
      to: `customer${number}@example.test`,
      subject: subject(values),
      text: text(values),
      html: html(values),
      attachments: kind === "attachment" ? [file] : [],
    };
  };
}

async function main() {
  const job = JSON.parse(process.argv[2]);
  const compose = composer(job.kind);
  const transport = nodemailer.createTransport({
    host: "127.0.0.1",
    port: job.port,
    secure: false,
    ignoreTLS: true,
    name: "client.example.test",
    pool: true,
    maxConnections: 1,
    maxMessages: Infinity, // by default it connects anew after 100
  });

  // As its manual shows it: the next mail is given when the pool is idle, so that it composes no further than it sends.
  const send = (first, count) =>
    new Promise((resolve, reject) => {
      let next = first;
      let left = count;
      const feed = () => {
        while (next < first + count && transport.isIdle()) {
          transport.sendMail(compose(next), (error) => {
            if (error) return reject(error);
            left -= 1;
            if (left === 0) {
              transport.removeListener("idle", feed);
              resolve();
            }
          });
          next += 1;
        }
      };
      transport.on("idle", feed);
      feed();
    });

  await send(0, job.warm_up);
  const runs = [];
  for (let turn = 0, spent = 0; turn < job.repetitions || spent < job.seconds; turn += 1) {
    const start = process.hrtime.bigint();
    const before = process.cpuUsage();
    await send(job.warm_up + turn * job.count, job.count);
    const { user, system } = process.cpuUsage(before);
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    spent += seconds;
    runs.push({ mails: job.count, seconds, cpu_seconds: (user + system) / 1e6, system_seconds: system / 1e6 });
  }
  transport.close();
  console.log(JSON.stringify({ version: `${version}, Node ${process.versions.node}`, runs }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
