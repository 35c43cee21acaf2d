#include "element.h"

static bool greet(void) {
  const char *greeting = slate_param_text("greeting");
  slate_info("greeting with '%s'", greeting);
  return slate_write("/etc/motd", slate_format("%s\n", greeting), SLATE_KEEP);
}

SLATE_HOOKS({"greet", greet});
