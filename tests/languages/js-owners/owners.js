// Gives each function of rootfs that takes owners some that no file can have, and the
// least and the last that one can have.

import rootfs from "blankslate:element/rootfs@0.1.0";
import { attributes, bytes, describe, hooks, write } from "./slate.js";

const base = "/owners";
const none = bytes("");

const functions = {
  write: (path, how) => rootfs.write(path, none, how, "replace", false),
  create: (path, how) => rootfs.create(path, how, "replace", false),
  makeDirectory: (path, how) => rootfs.makeDirectory(path, how, false),
  makeNode: (path, how) => rootfs.makeNode(path, { tag: "fifo" }, how),
  setAttributes: (_, how) => rootfs.setAttributes(`${base}/there`, how, false),
  setLinkAttributes: (_, how) => rootfs.setLinkAttributes(`${base}/there`, how),
};

function outcome(call) {
  try {
    call();
    return "taken";
  } catch (error) {
    return describe(error);
  }
}

export const lifecycle = hooks({
  owners() {
    write(`${base}/there`, none);
    const lines = [];
    for (const [name, call] of Object.entries(functions)) {
      for (const who of ["user", "group"]) {
        for (const id of [2 ** 32, 2 ** 32 - 1, -1, NaN, 1.5]) {
          lines.push(`${name} ${who} ${id}: ${outcome(() => call(`${base}/refused`, attributes({ [who]: id })))}`);
        }
      }
    }
    for (const id of [0, 2 ** 32 - 2]) {
      lines.push(`${id}: ${outcome(() => write(`${base}/${id}`, none, { user: id, group: id }))}`);
    }
    write("/report", lines.map((line) => `${line}\n`).join(""));
  },
});
