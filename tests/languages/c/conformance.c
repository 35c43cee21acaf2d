// The conformance element; README.md says what it does.

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "element.h"

#define BASE "/srv/conformance"
#define FAIL SLATE_ROOTFS_EXISTING_FAIL
#define REPLACE SLATE_ROOTFS_EXISTING_REPLACE

// Runs a function of rootfs; where it fails, so does the hook.
#define TRY(call, path)                                            \
  do {                                                             \
    slate_rootfs_error_t error;                                    \
    if (!slate_rootfs_ok(call, &error, #call, path)) return false; \
  } while (0)

// The address of a string for the API.
#define TEXT(text) (&(slate_string_t){(uint8_t *)(text), strlen(text)})

static bool directory(void) {
  slate_rootfs_attributes_t how = SLATE_KEEP;
  how.mode = slate_mode(02750);
  how.user = slate_owner_name("mail");
  how.group = slate_owner_name("adm");
  TRY(slate_rootfs_make_directory(TEXT(BASE), &how, true, &error), BASE);
  return true;
}

static bool greeting(void) {
  slate_tuple2_string_list_u8_t extended = {slate_text("user.conformance"), slate_bytes("\0\1\xfe\xff", 4)};
  slate_rootfs_attributes_t how = SLATE_KEEP;
  how.mode = slate_mode(0640);
  how.user = slate_owner_name("mail");
  how.group = slate_owner_id(4);
  how.modified = (slate_rootfs_option_datetime_t){true, {5000000000, 500000000}};
  how.extended = (slate_list_tuple2_string_list_u8_t){&extended, 1};
  const char *text = slate_format("%s\n", slate_param_text("greeting"));
  slate_list_u8_t bytes = slate_bytes(text, strlen(text));
  TRY(slate_rootfs_write(TEXT(BASE "/greeting"), &bytes, &how, FAIL, false, &error), BASE "/greeting");
  return true;
}

static bool numbers(void) {
  uint64_t count = slate_param_integer("count");
  slate_progress_own_step_t step =
      slate_progress_constructor_step(TEXT("counting"), &count, SLATE_PROGRESS_UNIT_ITEMS);
  for (uint64_t number = 0; number < count; number++) {
    if (!slate_append(BASE "/numbers", slate_format("%" PRIu64 "\n", number))) return false;
    slate_progress_method_step_set(slate_progress_borrow_step(step), number + 1);
  }
  slate_progress_step_drop_own(step);
  return true;
}

static bool large(void) {
  static uint8_t piece[65536];
  slate_rootfs_attributes_t how = SLATE_KEEP;
  how.mode = slate_mode(0600);
  slate_rootfs_own_writer_t writer;
  TRY(slate_rootfs_create(TEXT(BASE "/large"), &how, FAIL, false, &writer, &error), BASE "/large");
  for (int i = 0; i < 20; i++) {
    memset(piece, i, sizeof piece);
    slate_list_u8_t bytes = slate_bytes(piece, sizeof piece);
    TRY(slate_rootfs_method_writer_write(slate_rootfs_borrow_writer(writer), &bytes, &error), BASE "/large");
  }
  TRY(slate_rootfs_static_writer_finish(writer, &error), BASE "/large");
  return true;
}

static bool links(void) {
  TRY(slate_rootfs_symlink(TEXT(BASE "/greeting"), TEXT(BASE "/absolute"), FAIL, &error), BASE "/absolute");
  TRY(slate_rootfs_symlink(TEXT("../nowhere"), TEXT(BASE "/dangling"), FAIL, &error), BASE "/dangling");
  TRY(slate_rootfs_symlink(TEXT("loop"), TEXT(BASE "/loop"), REPLACE, &error), BASE "/loop");
  TRY(slate_rootfs_hard_link(TEXT(BASE "/numbers"), TEXT(BASE "/numbers-again"), &error), BASE "/numbers-again");
  slate_rootfs_attributes_t how = SLATE_KEEP;
  how.mode = slate_mode(0600);
  slate_rootfs_node_t fifo = {.tag = SLATE_ROOTFS_NODE_FIFO};
  TRY(slate_rootfs_make_node(TEXT(BASE "/pipe"), &fifo, &how, &error), BASE "/pipe");
  return true;
}

static bool moves(void) {
  if (!slate_write(BASE "/old", "", SLATE_KEEP)) return false;
  TRY(slate_rootfs_rename(TEXT(BASE "/old"), TEXT(BASE "/new"), &error), BASE "/old");
  if (!slate_write(BASE "/doomed/by/name", "", SLATE_KEEP)) return false;
  TRY(slate_rootfs_remove_tree(TEXT(BASE "/doomed"), &error), BASE "/doomed");
  return true;
}

static bool deep(void) {
  slate_list_string_t names = slate_param_items("names");
  for (size_t i = 0; i < names.len; i++) {
    const char *name = slate_c_string(names.ptr[i]);
    if (!slate_write(slate_format(BASE "/deep/%s/file", name), name, SLATE_KEEP)) return false;
  }
  slate_rootfs_attributes_t how = SLATE_KEEP;
  how.mode = slate_mode(0750);
  how.user = slate_owner_id(3000000000);
  how.group = slate_owner_id(4294967294);
  TRY(slate_rootfs_set_attributes(TEXT(BASE "/deep"), &how, true, &error), BASE "/deep");
  slate_rootfs_source_t from = {SLATE_ROOTFS_SOURCE_IMAGE, {.image = slate_text(BASE "/deep")}};
  slate_rootfs_copy_options_t options = {FAIL, true, true};
  TRY(slate_rootfs_copy(&from, TEXT(BASE "/copies/deep"), &options, &error), BASE "/copies/deep");
  return true;
}

static bool tree(void) {
  slate_debug("a line for debugging");
  slate_info("a line of information");
  slate_warn("a warning");
  slate_error("an error that is none");
  return directory() && greeting() && numbers() && links() && large() && moves() && deep();
}

static bool packages(void) {
  return slate_install(slate_param_text("package"));
}

// Runs a program that fails and notes how.
static bool failing(const char *program, const char *const arguments[]) {
  slate_command_list_argument_t list = slate_arguments(arguments);
  slate_command_options_t options = {.place = SLATE_COMMAND_PLACE_CHROOT};
  slate_command_outcome_t outcome;
  slate_command_error_t error;
  if (slate_command_run(TEXT(program), &list, &options, &outcome, &error)) {
    return slate_append(BASE "/command", "no error\n");
  }
  const char *status = "-", *signal = "-";
  if (error.tag == SLATE_COMMAND_ERROR_FAILED) {
    slate_command_failed_command_t failed = error.val.failed;
    status = failed.status.is_some ? slate_format("%u", failed.status.val) : "-";
    signal = failed.signal.is_some ? slate_format("%u", failed.signal.val) : "-";
  }
  return slate_append(BASE "/command", slate_format("%s %s %s\n", slate_command_case(&error), status, signal));
}

static bool command(void) {
  const char *script = "printf \"%s|\" \"$0\" \"$@\" \"$CONFORMANCE\" \"$(pwd)\"; cat; exit 3";
  slate_command_list_argument_t arguments =
      slate_arguments((const char *[]){"-c", script, "one", "two words", "", NULL});
  slate_tuple2_string_string_t variable = {slate_text("CONFORMANCE"), slate_text("set")};
  const char *input = "from standard input\n";
  uint8_t statuses[] = {3};
  slate_command_options_t options = {
      .place = SLATE_COMMAND_PLACE_CHROOT,
      .environment = {&variable, 1},
      .input = {true, slate_bytes(input, strlen(input))},
      .directory = {true, slate_text(BASE)},
      .expected = {SLATE_COMMAND_EXPECTED_STATUSES, {.statuses = {statuses, 1}}},
      .capture = true,
  };
  slate_command_outcome_t outcome;
  slate_command_error_t error;
  if (!slate_command_ok(slate_command_run(TEXT("sh"), &arguments, &options, &outcome, &error), &error, "sh")) {
    return false;
  }
  slate_string_t output = {outcome.output.ptr, outcome.output.len};
  const char *noted = slate_format("%sstatus %u\n", slate_c_string(output), outcome.status);
  return slate_write(BASE "/command", noted, SLATE_KEEP) &&
         failing("sh", (const char *[]){"-c", "exit 4", NULL}) &&
         failing("sh", (const char *[]){"-c", "kill -9 $$", NULL}) &&
         failing("conformance-no-such-program", (const char *[]){NULL});
}

// The report as far as it was written.
static char *lines = "";

__attribute__((format(printf, 1, 2))) static void line(const char *format, ...) {
  va_list values;
  va_start(values, format);
  lines = slate_format("%s%s\n", lines, slate_vformat(format, values));
  va_end(values);
}

static const char *joined(slate_list_string_t items) {
  char *all = "";
  for (size_t i = 0; i < items.len; i++) {
    all = slate_format("%s%s%s", all, i ? " " : "", slate_c_string(items.ptr[i]));
  }
  return all;
}

static const char *truth(bool value) {
  return value ? "true" : "false";
}

static const char *presence(bool value) {
  return value ? "present" : "absent";
}

static void parameters(void) {
  line("greeting = %s", slate_param_text("greeting"));
  line("count = %" PRId64, slate_param_integer("count"));
  line("names = %s", joined(slate_param_items("names")));
  line("fail = %s", truth(slate_param_true("fail")));
  line("unset = %s", presence(slate_param_text("unset") != NULL));
  slate_params_option_value_t value;
  slate_params_error_t error;
  bool ok = slate_params_get(TEXT("nope"), &value, &error);
  line("nope: %s", ok ? "no error" : slate_params_case(&error));
  slate_params_list_tuple2_string_value_t all;
  slate_params_all(&all);
  slate_list_string_t names = {calloc(all.len, sizeof(slate_string_t)), all.len};
  for (size_t i = 0; i < all.len; i++) {
    names.ptr[i] = all.ptr[i].f0;
  }
  line("all = %s", joined(names));
}

static bool installation(void) {
  slate_string_t package = slate_text(slate_param_text("package"));
  slate_list_string_t wanted = {&package, 1};
  slate_packages_distribution_t about;
  slate_list_bool_t installed;
  slate_list_string_t resolved;
  slate_packages_error_t error;
  if (!slate_packages_describe(&about, &error) || !slate_packages_installed(&wanted, &installed, &error) ||
      !slate_packages_resolve(&wanted, &resolved, &error)) {
    return slate_fail("asking for packages: %s", slate_packages_case(&error));
  }
  const char *name = slate_c_string(about.name), *family = slate_c_string(about.family);
  line("distribution = %s %s %s", name, family, slate_c_string(about.release));
  line("installed = %s", truth(installed.ptr[0]));
  line("resolved = %s", joined(resolved));
  return true;
}

static bool system_(void) {
  slate_image_description_t about;
  slate_image_describe(&about);
  line("image = %s %s %s", slate_c_string(about.arch), slate_c_string(about.root_label), truth(about.offline));
  if (!installation()) return false;
  slate_rootfs_option_user_entry_t mail, nobody;
  slate_option_u32_t group;
  TRY(slate_rootfs_find_user(TEXT("mail"), &mail, &error), "mail");
  TRY(slate_rootfs_find_user(TEXT("no-such-user"), &nobody, &error), "no-such-user");
  TRY(slate_rootfs_find_group(TEXT("adm"), &group, &error), "adm");
  const char *home = slate_c_string(mail.val.home), *shell = slate_c_string(mail.val.shell);
  line("user = %u %u %s %s", mail.val.uid, mail.val.gid, home, shell);
  line("no user = %s", presence(nobody.is_some));
  line("group = %u", group.val);
  return true;
}

static void errors(void) {
  slate_rootfs_error_t error;
  slate_list_u8_t bytes, nothing = {0};
  slate_rootfs_list_entry_t entries;
  slate_rootfs_attributes_t none = SLATE_KEEP, stranger = SLATE_KEEP;
  stranger.user = slate_owner_name("no-such-user");
#define ATTEMPT(label, call) line("%s: %s", label, call ? "no error" : slate_rootfs_case(&error))
  ATTEMPT("read", slate_rootfs_read(TEXT(BASE "/nothing"), &bytes, &error));
  ATTEMPT("list", slate_rootfs_list(TEXT(BASE "/greeting"), &entries, &error));
  ATTEMPT("write", slate_rootfs_write(TEXT(BASE "/greeting"), &nothing, &none, FAIL, false, &error));
  ATTEMPT("owner", slate_rootfs_write(TEXT(BASE "/owner"), &nothing, &stranger, REPLACE, false, &error));
  ATTEMPT("remove", slate_rootfs_remove(TEXT(BASE "/deep"), &error));
  ATTEMPT("loop", slate_rootfs_read(TEXT(BASE "/loop"), &bytes, &error));
  ATTEMPT("directory", slate_rootfs_read(TEXT(BASE "/deep"), &bytes, &error));
}

static bool summed(void) {
  slate_rootfs_own_reader_t reader;
  TRY(slate_rootfs_open(TEXT(BASE "/large"), &reader, &error), BASE "/large");
  uint64_t size = 0, total = 0;
  for (;;) {
    slate_list_u8_t piece;
    slate_rootfs_borrow_reader_t borrowed = slate_rootfs_borrow_reader(reader);
    TRY(slate_rootfs_method_reader_read(borrowed, 100000, &piece, &error), BASE "/large");
    if (!piece.len) break;
    size += piece.len;
    for (size_t i = 0; i < piece.len; i++) {
      total += piece.ptr[i];
    }
    slate_list_u8_free(&piece);
  }
  slate_rootfs_reader_drop_own(reader);
  line("large = %" PRIu64 " %" PRIu64, size, total);
  return true;
}

static bool walked(void) {
  static const char *const kinds[] = {
      "regular", "directory", "symlink", "block-device", "character-device", "fifo", "socket",
  };
  slate_rootfs_list_entry_t entries;
  TRY(slate_rootfs_walk(TEXT(BASE), &entries, &error), BASE);
  for (size_t i = 0; i < entries.len; i++) {
    slate_rootfs_metadata_t about = entries.ptr[i].metadata;
    bool sized = about.kind != SLATE_ROOTFS_KIND_DIRECTORY;
    line("%s %s %s %o %u:%u %" PRIu64 " %s", slate_c_string(entries.ptr[i].path), kinds[about.kind],
         sized ? slate_format("%" PRIu64, about.size) : "-", about.mode, about.user, about.group, about.links,
         about.target.is_some ? slate_c_string(about.target.val) : "-");
  }
  return true;
}

static bool files(void) {
  slate_list_tuple2_string_list_u8_t extended;
  slate_list_string_t matches;
  slate_rootfs_option_metadata_t greeting, nothing;
  TRY(slate_rootfs_extended_attributes(TEXT(BASE "/greeting"), &extended, &error), BASE "/greeting");
  TRY(slate_rootfs_glob(TEXT(BASE "/n*"), &matches, &error), BASE "/n*");
  TRY(slate_rootfs_stat(TEXT(BASE "/absolute"), true, &greeting, &error), BASE "/absolute");
  TRY(slate_rootfs_stat(TEXT(BASE "/dangling"), true, &nothing, &error), BASE "/dangling");
  char *hex = "";
  for (size_t i = 0; i < extended.ptr[0].f1.len; i++) {
    hex = slate_format("%s%02x", hex, extended.ptr[0].f1.ptr[i]);
  }
  line("extended = %s %s", slate_c_string(extended.ptr[0].f0), hex);
  line("glob = %s", joined(matches));
  line("modified = %" PRId64 ".%09u", greeting.val.modified.seconds, greeting.val.modified.nanoseconds);
  line("nothing = %s", presence(nothing.is_some));
  return summed() && walked();
}

static bool report(void) {
  parameters();
  if (!system_()) return false;
  errors();
  return files() && slate_write(BASE "/report", lines, SLATE_KEEP);
}

static bool verdict(void) {
  if (!slate_param_true("fail")) return true;
  slate_fail("refusing on purpose");
  slate_fail_cause("the parameter 'fail' is true");
  slate_fail_cause("nothing else is wrong");
  slate_fail_hint("set it to false");
  return false;
}

SLATE_HOOKS({"tree", tree}, {"packages", packages}, {"command", command}, {"report", report}, {"verdict", verdict});
