import { hooks, log, param, write } from "./slate.js";

export const lifecycle = hooks({
  greet() {
    log.info(`greeting with '${param("greeting")}'`);
    write("/etc/motd", `${param("greeting")}\n`);
  },
});
