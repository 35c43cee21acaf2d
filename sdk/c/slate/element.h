// What blankslate elements written in C use.
//
//     #include "element.h"
//
//     static bool greet(void) {
//       const char *greeting = slate_param_text("greeting");
//       slate_info("greeting with %s", greeting);
//       return slate_write("/etc/motd", slate_format("%s\n", greeting), SLATE_KEEP);
//     }
//
//     SLATE_HOOKS({"greet", greet});
//
// A hook returns false after a function here failed, or after `slate_fail`:
// that ends the build with its message. The whole API is in slate.h, made from
// the WIT package. Every hook runs in an instance of its own, so memory that a
// hook allocates need not be freed.
#ifndef SLATE_ELEMENT_H
#define SLATE_ELEMENT_H

#include <stdarg.h>
#include <stddef.h>

#include "slate.h"

// A hook by its name in element.toml.
typedef struct {
  const char *name;
  bool (*run)(void);
} slate_hook_t;

// The element's hooks; the entry without a name ends them.
extern const slate_hook_t slate_hooks[];
#define SLATE_HOOKS(...) const slate_hook_t slate_hooks[] = {__VA_ARGS__, {NULL, NULL}}

// Ends the hook: sets why it failed, and returns false.
bool slate_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
// Adds a cause to the failure, from the nearest to the first one.
void slate_fail_cause(const char *cause);
// Says what a person can do about the failure.
void slate_fail_hint(const char *hint);

// An error's case: `not-found`.
const char *slate_rootfs_case(const slate_rootfs_error_t *error);
const char *slate_command_case(const slate_command_error_t *error);
const char *slate_params_case(const slate_params_error_t *error);
const char *slate_packages_case(const slate_packages_error_t *error);
// `ok`, or the hook's failure: what was tried and the error's case and words.
bool slate_rootfs_ok(bool ok, const slate_rootfs_error_t *error, const char *tried, const char *path);
bool slate_command_ok(bool ok, const slate_command_error_t *error, const char *program);

// Lines in the build's log.
void slate_log_line(slate_log_level_t level, const char *format, ...) __attribute__((format(printf, 2, 3)));
#define slate_debug(...) slate_log_line(SLATE_LOG_LEVEL_DEBUG, __VA_ARGS__)
#define slate_info(...) slate_log_line(SLATE_LOG_LEVEL_INFO, __VA_ARGS__)
#define slate_warn(...) slate_log_line(SLATE_LOG_LEVEL_WARN, __VA_ARGS__)
#define slate_error(...) slate_log_line(SLATE_LOG_LEVEL_ERROR, __VA_ARGS__)

// Strings and bytes for the API; they borrow what they are given.
slate_string_t slate_text(const char *text);
slate_list_u8_t slate_bytes(const void *bytes, size_t length);
// The API's string as one of C.
char *slate_c_string(slate_string_t text);
// A new string, as printf writes it.
char *slate_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *slate_vformat(const char *format, va_list values);

// A parameter; NULL or 0 if nobody set it and it has no default. A name that
// element.toml does not declare, or declares with another type, is a trap.
const char *slate_param_text(const char *name);
int64_t slate_param_integer(const char *name);
bool slate_param_true(const char *name);
slate_list_string_t slate_param_items(const char *name);

// Attributes that keep, or leave to the default, all there is; set fields of a copy.
#define SLATE_KEEP ((slate_rootfs_attributes_t){0})
slate_option_u32_t slate_mode(uint32_t mode);
slate_rootfs_option_owner_t slate_owner_name(const char *name);
slate_rootfs_option_owner_t slate_owner_id(uint32_t id);

// Writes a whole file, and directories on the way; replaces what is there.
bool slate_write(const char *path, const char *contents, slate_rootfs_attributes_t attributes);
// Appends to a file, which is created if it does not exist.
bool slate_append(const char *path, const char *contents);

// Runs a program in the chroot and waits for status 0; NULL ends the arguments.
bool slate_run(const char *program, const char *const arguments[]);
// The arguments for `slate_command_run`; NULL ends them.
slate_command_list_argument_t slate_arguments(const char *const arguments[]);

// Installs a package by its generic name.
bool slate_install(const char *name);

#endif
