#include "element.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The failure that the running hook has set, if it has.
static exports_slate_lifecycle_failure_t failure;

// Memory, or the end of the hook.
static void *allocate(size_t size) {
  void *memory = malloc(size ? size : 1);
  if (!memory) {
    abort();
  }
  return memory;
}

static slate_string_t owned(const char *text) {
  slate_string_t string = {allocate(strlen(text)), strlen(text)};
  memcpy(string.ptr, text, string.len);
  return string;
}

bool exports_slate_lifecycle_run(exports_slate_lifecycle_hook_call_t *hook, exports_slate_lifecycle_failure_t *err) {
  const char *name = slate_c_string(hook->name);
  const slate_hook_t *entry = slate_hooks;
  while (entry->name && strcmp(entry->name, name) != 0) {
    entry++;
  }
  if (!entry->name) {
    slate_fail("the component has no hook '%s'", name);
    slate_fail_hint("name it in element.toml as in the code");
  } else if (entry->run()) {
    return true;
  } else if (!failure.message.len) {
    slate_fail("running '%s'", name);
  }
  *err = failure;
  return false;
}

bool slate_fail(const char *format, ...) {
  va_list values;
  va_start(values, format);
  char *message = slate_vformat(format, values);
  va_end(values);
  failure = (exports_slate_lifecycle_failure_t){.message = owned(message)};
  return false;
}

void slate_fail_cause(const char *cause) {
  size_t length = failure.causes.len + 1;
  slate_string_t *causes = realloc(failure.causes.ptr, length * sizeof *causes);
  if (!causes) {
    abort();
  }
  causes[length - 1] = owned(cause);
  failure.causes = (slate_list_string_t){causes, length};
}

void slate_fail_hint(const char *hint) {
  failure.hint = (slate_option_string_t){true, owned(hint)};
}

const char *slate_rootfs_case(const slate_rootfs_error_t *error) {
  static const char *const cases[] = {
      "not-found",      "exists",        "not-a-directory", "is-a-directory", "not-empty", "too-many-links",
      "unknown-owner",  "too-large",     "invalid",         "no-space",       "denied",    "other",
  };
  return cases[error->tag];
}

const char *slate_command_case(const slate_command_error_t *error) {
  static const char *const cases[] = {
      "denied", "not-found", "failed", "timed-out", "too-much-output", "invalid", "other",
  };
  return cases[error->tag];
}

const char *slate_params_case(const slate_params_error_t *error) {
  return error->tag == SLATE_PARAMS_ERROR_UNDECLARED ? "undeclared" : "denied";
}

const char *slate_packages_case(const slate_packages_error_t *error) {
  static const char *const cases[] = {"unmapped", "failed", "invalid"};
  return cases[error->tag];
}

bool slate_rootfs_ok(bool ok, const slate_rootfs_error_t *error, const char *tried, const char *path) {
  if (ok) {
    return true;
  }
  switch (error->tag) {
    case SLATE_ROOTFS_ERROR_UNKNOWN_OWNER:
    case SLATE_ROOTFS_ERROR_TOO_LARGE:
    case SLATE_ROOTFS_ERROR_INVALID:
    case SLATE_ROOTFS_ERROR_DENIED:
    case SLATE_ROOTFS_ERROR_OTHER:
      slate_fail("%s %s: %s: %s", tried, path, slate_rootfs_case(error), slate_c_string(error->val.other));
      break;
    default:
      slate_fail("%s %s: %s", tried, path, slate_rootfs_case(error));
  }
  return false;
}

bool slate_command_ok(bool ok, const slate_command_error_t *error, const char *program) {
  if (ok) {
    return true;
  }
  switch (error->tag) {
    case SLATE_COMMAND_ERROR_FAILED:
      slate_fail("running %s: it failed", program);
      slate_fail_cause(slate_c_string(error->val.failed.command));
      break;
    case SLATE_COMMAND_ERROR_TIMED_OUT:
      slate_fail("running %s: it was killed after %u s", program, error->val.timed_out);
      break;
    default:
      slate_fail("running %s: %s: %s", program, slate_command_case(error), slate_c_string(error->val.other));
  }
  return false;
}

void slate_log_line(slate_log_level_t level, const char *format, ...) {
  va_list values;
  va_start(values, format);
  slate_string_t line = slate_text(slate_vformat(format, values));
  va_end(values);
  slate_log_write(level, &line);
}

slate_string_t slate_text(const char *text) {
  return (slate_string_t){(uint8_t *)text, strlen(text)};
}

slate_list_u8_t slate_bytes(const void *bytes, size_t length) {
  return (slate_list_u8_t){(uint8_t *)bytes, length};
}

char *slate_c_string(slate_string_t text) {
  char *copy = allocate(text.len + 1);
  memcpy(copy, text.ptr, text.len);
  copy[text.len] = '\0';
  return copy;
}

char *slate_format(const char *format, ...) {
  va_list values;
  va_start(values, format);
  char *text = slate_vformat(format, values);
  va_end(values);
  return text;
}

char *slate_vformat(const char *format, va_list values) {
  va_list again;
  va_copy(again, values);
  int length = vsnprintf(NULL, 0, format, again);
  va_end(again);
  char *text = allocate(length + 1);
  vsnprintf(text, length + 1, format, values);
  return text;
}

static slate_params_option_value_t param(const char *name, uint8_t type) {
  slate_string_t wanted = slate_text(name);
  slate_params_option_value_t value;
  slate_params_error_t error;
  if (!slate_params_get(&wanted, &value, &error) || (value.is_some && value.val.tag != type)) {
    fprintf(stderr, "parameter '%s' is not declared in element.toml, or has another type\n", name);
    abort();
  }
  return value;
}

const char *slate_param_text(const char *name) {
  slate_params_option_value_t value = param(name, SLATE_PARAMS_VALUE_TEXT);
  return value.is_some ? slate_c_string(value.val.val.text) : NULL;
}

int64_t slate_param_integer(const char *name) {
  slate_params_option_value_t value = param(name, SLATE_PARAMS_VALUE_INTEGER);
  return value.is_some ? value.val.val.integer : 0;
}

bool slate_param_true(const char *name) {
  slate_params_option_value_t value = param(name, SLATE_PARAMS_VALUE_BOOLEAN);
  return value.is_some && value.val.val.boolean;
}

slate_list_string_t slate_param_items(const char *name) {
  slate_params_option_value_t value = param(name, SLATE_PARAMS_VALUE_ITEMS);
  return value.is_some ? value.val.val.items : (slate_list_string_t){0};
}

slate_option_u32_t slate_mode(uint32_t mode) {
  return (slate_option_u32_t){true, mode};
}

slate_rootfs_option_owner_t slate_owner_name(const char *name) {
  return (slate_rootfs_option_owner_t){true, {SLATE_ROOTFS_OWNER_NAME, {.name = slate_text(name)}}};
}

slate_rootfs_option_owner_t slate_owner_id(uint32_t id) {
  return (slate_rootfs_option_owner_t){true, {SLATE_ROOTFS_OWNER_ID, {.id = id}}};
}

bool slate_write(const char *path, const char *contents, slate_rootfs_attributes_t attributes) {
  slate_string_t at = slate_text(path);
  slate_list_u8_t bytes = slate_bytes(contents, strlen(contents));
  slate_rootfs_error_t error;
  bool ok = slate_rootfs_write(&at, &bytes, &attributes, SLATE_ROOTFS_EXISTING_REPLACE, true, &error);
  return slate_rootfs_ok(ok, &error, "writing", path);
}

bool slate_append(const char *path, const char *contents) {
  slate_string_t at = slate_text(path);
  slate_list_u8_t bytes = slate_bytes(contents, strlen(contents));
  slate_rootfs_error_t error;
  return slate_rootfs_ok(slate_rootfs_append(&at, &bytes, &error), &error, "appending to", path);
}

bool slate_run(const char *program, const char *const arguments[]) {
  slate_string_t name = slate_text(program);
  slate_command_list_argument_t list = slate_arguments(arguments);
  slate_command_options_t options = {.place = SLATE_COMMAND_PLACE_CHROOT};
  slate_command_outcome_t outcome;
  slate_command_error_t error;
  return slate_command_ok(slate_command_run(&name, &list, &options, &outcome, &error), &error, program);
}

slate_command_list_argument_t slate_arguments(const char *const arguments[]) {
  size_t length = 0;
  while (arguments[length]) {
    length++;
  }
  slate_command_argument_t *list = allocate(length * sizeof *list);
  for (size_t i = 0; i < length; i++) {
    list[i] = (slate_command_argument_t){SLATE_COMMAND_ARGUMENT_TEXT, {.text = slate_text(arguments[i])}};
  }
  return (slate_command_list_argument_t){list, length};
}

bool slate_install(const char *name) {
  slate_string_t text = slate_text(name);
  slate_list_string_t names = {&text, 1};
  slate_packages_error_t error;
  if (slate_packages_install(&names, &error)) {
    return true;
  }
  slate_fail("installing %s: %s", name, slate_packages_case(&error));
  if (error.tag == SLATE_PACKAGES_ERROR_FAILED) {
    slate_fail_cause(slate_c_string(error.val.failed.message));
  }
  return false;
}
