// The conformance element; README.md says what it does.

import image from "blankslate:element/image@0.1.0";
import packages from "blankslate:element/packages@0.1.0";
import params from "blankslate:element/params@0.1.0";
import progress from "blankslate:element/progress@0.1.0";
import rootfs from "blankslate:element/rootfs@0.1.0";
import { Failed, attributes, bytes, describe, hooks, install, log, param, run, write } from "./slate.js";

const base = "/srv/conformance";

export const lifecycle = hooks({
  tree() {
    log.debug("a line for debugging");
    log.info("a line of information");
    log.warn("a warning");
    log.error("an error that is none");
    rootfs.makeDirectory(base, attributes({ mode: 0o2750, user: "mail", group: "adm" }), true);
    const how = attributes({
      mode: 0o640,
      user: "mail",
      group: 4,
      modified: { seconds: 5_000_000_000, nanoseconds: 500_000_000 },
      extended: { "user.conformance": Uint8Array.of(0, 1, 0xfe, 0xff) },
    });
    rootfs.write(`${base}/greeting`, bytes(`${param("greeting")}\n`), how, "fail", false);
    numbers();
    rootfs.symlink(`${base}/greeting`, `${base}/absolute`, "fail");
    rootfs.symlink("../nowhere", `${base}/dangling`, "fail");
    rootfs.symlink("loop", `${base}/loop`, "replace");
    rootfs.hardLink(`${base}/numbers`, `${base}/numbers-again`);
    rootfs.makeNode(`${base}/pipe`, { tag: "fifo" }, attributes({ mode: 0o600 }));
    large();
    write(`${base}/old`, "");
    rootfs.rename(`${base}/old`, `${base}/new`);
    write(`${base}/doomed/by/name`, "");
    rootfs.removeTree(`${base}/doomed`);
    for (const name of param("names")) {
      write(`${base}/deep/${name}/file`, name);
    }
    rootfs.setAttributes(`${base}/deep`, attributes({ mode: 0o750, user: 3_000_000_000, group: 4_294_967_294 }), true);
    const options = { existing: "fail", keepOwners: true, parents: true };
    rootfs.copy({ tag: "image", val: `${base}/deep` }, `${base}/copies/deep`, options);
  },

  packages() {
    install(param("package"));
  },

  command() {
    const script = 'printf "%s|" "$0" "$@" "$CONFORMANCE" "$(pwd)"; cat; exit 3';
    const outcome = run("sh", ["-c", script, "one", "two words", ""], {
      environment: { CONFORMANCE: "set" },
      input: "from standard input\n",
      directory: base,
      statuses: [3],
      capture: true,
    });
    write(`${base}/command`, outcome.output);
    rootfs.append(`${base}/command`, bytes(`status ${outcome.status}\n`));
    for (const failing of [["sh", "-c", "exit 4"], ["sh", "-c", "kill -9 $$"], ["conformance-no-such-program"]]) {
      rootfs.append(`${base}/command`, bytes(fail(...failing)));
    }
  },

  report() {
    const lines = [...parameters(), ...system(), ...errors(), ...files()];
    write(`${base}/report`, lines.map((line) => `${line}\n`).join(""));
  },

  verdict() {
    if (param("fail")) {
      const causes = ["the parameter 'fail' is true", "nothing else is wrong"];
      throw new Failed("refusing on purpose", causes, "set it to false");
    }
  },
});

function numbers() {
  const count = param("count");
  const step = new progress.Step("counting", count, "items");
  for (let number = 0; number < count; number++) {
    rootfs.append(`${base}/numbers`, bytes(`${number}\n`));
    step.set(number + 1);
  }
  step[Symbol.dispose]();
}

function large() {
  const writer = rootfs.create(`${base}/large`, attributes({ mode: 0o600 }), "fail", false);
  for (let piece = 0; piece < 20; piece++) {
    writer.write(new Uint8Array(65536).fill(piece));
  }
  rootfs.Writer.finish(writer);
}

function fail(program, ...args) {
  try {
    run(program, args);
  } catch (error) {
    const { val } = error?.payload ?? error;
    return `${kind(error)} ${val?.status ?? "-"} ${val?.signal ?? "-"}\n`;
  }
  return "no error\n";
}

function kind(error) {
  return describe(error).split(":")[0];
}

function attempt(label, call) {
  try {
    call();
  } catch (error) {
    return `${label}: ${kind(error)}`;
  }
  return `${label}: no error`;
}

function presence(value) {
  return value === null ? "absent" : "present";
}

function parameters() {
  return [
    `greeting = ${param("greeting")}`,
    `count = ${param("count")}`,
    `names = ${param("names").join(" ")}`,
    `fail = ${param("fail")}`,
    `unset = ${presence(param("unset"))}`,
    attempt("nope", () => params.get("nope")),
    `all = ${params.all().map(([name]) => name).join(" ")}`,
  ];
}

function system() {
  const { arch, rootLabel, offline } = image.describe();
  const { name, family, release } = packages.describe();
  const mail = rootfs.findUser("mail");
  return [
    `image = ${arch} ${rootLabel} ${offline}`,
    `distribution = ${name} ${family} ${release}`,
    `installed = ${packages.installed([param("package")])[0]}`,
    `resolved = ${packages.resolve([param("package")]).join(" ")}`,
    `user = ${mail.uid} ${mail.gid} ${mail.home} ${mail.shell}`,
    `no user = ${presence(rootfs.findUser("no-such-user"))}`,
    `group = ${rootfs.findGroup("adm")}`,
  ];
}

function errors() {
  const none = attributes();
  const stranger = attributes({ user: "no-such-user" });
  return [
    attempt("read", () => rootfs.read(`${base}/nothing`)),
    attempt("list", () => rootfs.list(`${base}/greeting`)),
    attempt("write", () => rootfs.write(`${base}/greeting`, bytes(""), none, "fail", false)),
    attempt("owner", () => rootfs.write(`${base}/owner`, bytes(""), stranger, "replace", false)),
    attempt("remove", () => rootfs.remove(`${base}/deep`)),
    attempt("loop", () => rootfs.read(`${base}/loop`)),
    attempt("directory", () => rootfs.read(`${base}/deep`)),
  ];
}

function files() {
  const [[name, value]] = rootfs.extendedAttributes(`${base}/greeting`);
  const hex = Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const { seconds, nanoseconds } = rootfs.stat(`${base}/absolute`, true).modified;
  return [
    `extended = ${name} ${hex}`,
    `glob = ${rootfs.glob(`${base}/n*`).join(" ")}`,
    `modified = ${seconds}.${String(nanoseconds).padStart(9, "0")}`,
    `nothing = ${presence(rootfs.stat(`${base}/dangling`, true))}`,
    `large = ${summed()}`,
    ...rootfs.walk(base).map(({ path, metadata: about }) => {
      const size = about.kind === "directory" ? "-" : about.size;
      const owners = `${about.user}:${about.group}`;
      return `${path} ${about.kind} ${size} ${about.mode.toString(8)} ${owners} ${about.links} ${about.target ?? "-"}`;
    }),
  ];
}

function summed() {
  const reader = rootfs.open(`${base}/large`);
  let size = 0;
  let total = 0;
  for (let piece = reader.read(100_000); piece.length > 0; piece = reader.read(100_000)) {
    size += piece.length;
    total += piece.reduce((sum, byte) => sum + byte, 0);
  }
  return `${size} ${total}`;
}
