// Ends by a mistake of its own code, two calls below its hook.

#include <stdlib.h>
#include <string.h>

#include "element.h"

__attribute__((noinline)) static void deep_inside(const char *text) {
  if (!*text) abort();
}

__attribute__((noinline)) static bool set_port(const char *text) {
  deep_inside(text);
  return slate_write("/etc/port", text, SLATE_KEEP);
}

__attribute__((noinline)) static int count(volatile int *number) {
  volatile int next = *number + 1;
  return count(&next) + *number;
}

static bool fault(void) {
  const char *mistake = slate_param_text("mistake");
  volatile int first = 0;
  if (strcmp(mistake, "recursion") == 0) return count(&first) > 0;
  if (strcmp(mistake, "exit") == 0) exit(3);
  return set_port("");
}

SLATE_HOOKS({"fault", fault});
