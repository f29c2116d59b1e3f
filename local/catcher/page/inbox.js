"use strict";

const POLL_MILLISECONDS = 1500;
const list = document.getElementById("list");
const pane = document.getElementById("mail");
const hint = pane.innerHTML;
const filter = document.getElementById("filter");
let mails = [];
let chosen = null;
let drawn = "";

const time = (moment) => new Date(moment).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const header = (mail, name) => (mail.headers.find(([key]) => key.toLowerCase() === name) || ["", ""])[1];
const element = (name, properties, ...children) => {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
};

async function refresh() {
  try {
    mails = (await (await fetch("/api/messages")).json()).items.reverse();
    draw();
  } catch {
    document.getElementById("count").textContent = "not connected";
  }
}

function draw() {
  const wanted = filter.value.trim().toLowerCase();
  const shown = mails.filter((mail) => !wanted || mail.raw.toLowerCase().includes(wanted) || mail.subject.toLowerCase().includes(wanted));
  document.getElementById("count").textContent = mails.length === 1 ? "1 mail" : `${mails.length} mails`;
  const key = JSON.stringify([shown.map((mail) => mail.id), chosen]);
  if (key === drawn) return;
  drawn = key;
  list.replaceChildren(...shown.map(row));
  if (mails.length && chosen === null) choose(mails[0]);
  if (!mails.length) { chosen = null; pane.innerHTML = hint; }
}

function row(mail) {
  const node = document.getElementById("row").content.cloneNode(true);
  node.querySelector(".from").textContent = header(mail, "from") || mail.envelope.mail_from;
  node.querySelector("time").textContent = time(mail.received_at);
  node.querySelector(".subject").textContent = mail.subject || "(no subject)";
  node.querySelector(".to").textContent = "to " + mail.envelope.rcpt_tos.join(", ");
  const button = node.querySelector("button");
  if (mail.id === chosen) button.setAttribute("aria-current", "true");
  button.onclick = () => choose(mail);
  return node;
}

function choose(mail) {
  chosen = mail.id;
  drawn = "";
  draw();
  const node = document.getElementById("reader").content.cloneNode(true);
  node.querySelector("h2").textContent = mail.subject || "(no subject)";
  const security = mail.envelope.tls ? "TLS" : "no TLS";
  const login = mail.envelope.username ? `signed in as ${mail.envelope.username}` : "not signed in";
  const facts = {
    From: header(mail, "from"), To: header(mail, "to"), Cc: header(mail, "cc"), "Reply to": header(mail, "reply-to"),
    Envelope: `${mail.envelope.mail_from || "<>"} → ${mail.envelope.rcpt_tos.join(", ")}`,
    Received: `${new Date(mail.received_at).toLocaleString()}, ${security}, ${login}`,
  };
  for (const [name, value] of Object.entries(facts).filter(([, value]) => value)) {
    node.querySelector("dl").append(element("dt", { textContent: name }), element("dd", { textContent: value }));
  }
  const parts = partsOf(mail);
  const tabs = node.querySelector(".tabs");
  const panel = node.querySelector(".part");
  const show = (name) => {
    for (const tab of tabs.children) tab.setAttribute("aria-selected", String(tab.textContent === name));
    panel.replaceChildren(parts[name]());
  };
  for (const name of Object.keys(parts)) {
    const tab = element("button", { type: "button", textContent: name, onclick: () => show(name) });
    tab.setAttribute("role", "tab");
    tabs.append(tab);
  }
  show(Object.keys(parts)[0]);
  pane.replaceChildren(node);
}

function partsOf(mail) {
  const parts = {};
  const text = (content) => () => element("pre", { textContent: content });
  if (mail.html !== null) {
    parts.HTML = () => {
      const frame = element("iframe", { title: "HTML part", src: `/api/messages/${mail.id}/html` });
      frame.setAttribute("sandbox", "");
      return frame;
    };
  }
  if (mail.text !== null) parts.Text = text(mail.text);
  if (mail.attachments.length) {
    parts[`Attachments (${mail.attachments.length})`] = () => element("ul", {}, ...mail.attachments.map((part, index) =>
      element("li", {}, element("a", {
        href: `/api/messages/${mail.id}/attachments/${index}`, download: part.filename || "attachment",
        textContent: part.filename || "attachment",
      }), ` ${part.content_type}, ${part.size.toLocaleString()} bytes`)));
  }
  parts.Headers = text(mail.headers.map(([name, value]) => `${name}: ${value}`).join("\n"));
  parts.Source = text(mail.raw);
  return parts;
}

filter.oninput = draw;
document.getElementById("clear").onclick = async () => {
  await fetch("/api/messages", { method: "DELETE" });
  chosen = null;
  await refresh();
};
refresh();
setInterval(refresh, POLL_MILLISECONDS);
