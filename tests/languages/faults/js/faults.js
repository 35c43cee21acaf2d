// Ends by a mistake of its own code, two calls below its hook.

import { hooks, param, write } from "./slate.js";

function deepInside(lines) {
  return lines[7].trim();
}

function setPort(lines) {
  write("/etc/port", deepInside(lines));
}

function count(number) {
  return count(number + 1) + number;
}

export const lifecycle = hooks({
  fault() {
    if (param("mistake") === "recursion") {
      count(0);
    }
    setPort([]);
  },
});
