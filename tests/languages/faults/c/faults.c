// Ends by a mistake of its own code, two calls below its hook.

#include <stdlib.h>

#include "element.h"

__attribute__((noinline)) static void deep_inside(const char *text) {
  if (!*text) abort();
}

__attribute__((noinline)) static bool set_port(const char *text) {
  deep_inside(text);
  return slate_write("/etc/port", text, SLATE_KEEP);
}

static bool fault(void) { return set_port(""); }

SLATE_HOOKS({"fault", fault});
