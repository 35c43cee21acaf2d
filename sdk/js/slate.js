// What blankslate elements written in JavaScript use.
//
// An element is a module that exports its lifecycle:
//
//     import { hooks, log, param, write } from "./slate.js";
//
//     export const lifecycle = hooks({
//       greet() {
//         log.info(`greeting with ${param("greeting")}`);
//         write("/etc/motd", `${param("greeting")}\n`);
//       },
//     });
//
// The whole API can be imported by interface, as `blankslate:element/rootfs@0.1.0`;
// what is here makes its common calls short. Absent values are `null`, errors
// are thrown as `{ tag, val }`, 64-bit numbers are exact up to 2 ** 53.

import command from "blankslate:element/command@0.1.0";
import logging from "blankslate:element/log@0.1.0";
import packages from "blankslate:element/packages@0.1.0";
import params from "blankslate:element/params@0.1.0";
import rootfs from "blankslate:element/rootfs@0.1.0";

/** Ends a hook, and with it the build: what was tried and why it failed. */
export class Failed extends Error {
  constructor(message, causes = [], hint = null) {
    super(message);
    this.causes = causes;
    this.hint = hint;
  }
}

/** A lifecycle that runs the functions of an object as the hooks of their names. */
export function hooks(table) {
  return {
    run({ name }) {
      try {
        if (!Object.hasOwn(table, name)) {
          throw new Failed(`the component has no hook '${name}'`, [], "name it in element.toml as in the code");
        }
        table[name]();
      } catch (error) {
        throw failure(name, error);
      }
    },
  };
}

function failure(name, error) {
  if (error instanceof Failed) {
    return { message: error.message, causes: error.causes, hint: error.hint };
  }
  const stack = error?.stack?.trim().split("\n").map((line) => line.trim()) ?? [];
  return { message: `running '${name}'`, causes: [describe(error), ...stack], hint: null };
}

/** What was thrown, in words: `not-found`, `unknown-owner: joe`. */
export function describe(error) {
  const { tag, val } = error?.payload ?? error ?? {};
  if (tag === undefined) {
    return String(error);
  }
  if (val === undefined || val === null) {
    return tag;
  }
  if (val.command !== undefined) {
    return `${tag}: ${val.command}: status ${val.status}, signal ${val.signal}`;
  }
  return `${tag}: ${val.message === undefined ? val : [val.message, ...val.causes].join(": ")}`;
}

/** Lines in the build's log. */
export const log = {
  debug: (message) => logging.write("debug", message),
  info: (message) => logging.write("info", message),
  warn: (message) => logging.write("warn", message),
  error: (message) => logging.write("error", message),
};

/** The value of a parameter; null if nobody set it and it has no default. */
export function param(name) {
  return params.get(name)?.val ?? null;
}

/** A user or a group: by name from the image's own files, or by number. */
export function owner(who) {
  return who === undefined ? null : { tag: typeof who === "string" ? "name" : "id", val: who };
}

/** Attributes for a file; what is not given stays as it is. */
export function attributes({ mode = null, user, group, modified = null, extended = {} } = {}) {
  return { mode, user: owner(user), group: owner(group), modified, extended: Object.entries(extended) };
}

/** Writes a whole file, and directories on the way; replaces what is there. */
export function write(path, contents, how = {}) {
  rootfs.write(path, bytes(contents), attributes(how), "replace", true);
}

/** Runs a program in the chroot; other statuses than 0 and the given ones are errors. */
export function run(program, args = [], how = {}) {
  const { environment = {}, input = null, directory = null, statuses = [], capture = false } = how;
  const { place = "chroot", timeout = null } = how;
  return command.run(
    program,
    args.map((val) => ({ tag: "text", val })),
    {
      place,
      environment: Object.entries(environment),
      input: input === null ? null : bytes(input),
      directory,
      expected: statuses.length ? { tag: "statuses", val: Uint8Array.from(statuses) } : { tag: "success" },
      capture,
      timeout,
    },
  );
}

/** Installs packages by their generic names. */
export function install(...names) {
  packages.install(names);
}

/** Bytes of a text in UTF-8; bytes stay as they are. */
export function bytes(text) {
  if (typeof text !== "string") {
    return text;
  }
  const escaped = unescape(encodeURIComponent(text));
  return Uint8Array.from(escaped, (character) => character.charCodeAt(0));
}

/** The text that bytes are in UTF-8. */
export function text(bytes) {
  let escaped = "";
  for (const byte of bytes) {
    escaped += `%${byte.toString(16).padStart(2, "0")}`;
  }
  return decodeURIComponent(escaped);
}
