// Ends by a mistake of its own code, two calls below its hook.

import { hooks, write } from "./slate.js";

function deepInside(lines) {
  return lines[7].trim();
}

function setPort(lines) {
  write("/etc/port", deepInside(lines));
}

export const lifecycle = hooks({
  fault() {
    setPort([]);
  },
});
