"""Runs diskimage-builder's own unit tests against slate's planners.

Usage: upstream.py PROBE SLATE

The functions under test are replaced by ones that ask PROBE: it takes the name
of a planner as its argument and a JSON request on standard input, and answers
with JSON. SLATE is the program itself. Prints one JSON object: files of the
package, their tests, and what came of each.
"""

import importlib
import importlib.machinery
import importlib.util
import json
import os
import subprocess
import sys
import unittest

import diskimage_builder
import diskimage_builder.diskimage_builder as batch
from diskimage_builder import element_dependencies
from diskimage_builder.block_device.exception import BlockDeviceSetupException

PROBE, SLATE = sys.argv[1:]
PACKAGE = os.path.dirname(diskimage_builder.__file__)


def ask(planner, **request):
    answer = subprocess.run([PROBE, "probe", planner], input=json.dumps(request),
                            capture_output=True, text=True, check=True, env={})
    return json.loads(answer.stdout)


def load(name, path):
    """Imports a test file that lies in no importable package."""
    spec = importlib.util.spec_from_file_location(name, os.path.join(PACKAGE, path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


# package-installs: collect_data is called once per element, on one dictionary.
calls = {}


def collect_data(data, objs, element):
    earlier = calls.setdefault(id(data), (data, []))[1]
    earlier.append([element, objs])
    answer = ask("package-installs", files=earlier, variables=dict(os.environ))
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return {phase: {operation: [tuple(pair) for pair in pairs] for operation, pairs in operations.items()}
            for phase, operations in answer["ok"].items()}


def merge_data(source, destination, distro):
    return {**destination, **ask("service-map", source=source, distro=distro)["ok"]}


ERRORS = {
    "missing": element_dependencies.MissingElementException,
    "provided": element_dependencies.AlreadyProvidedException,
    "no-distribution": element_dependencies.MissingOSException,
    "not-a-directory": element_dependencies.InvalidElementDir,
}


def get_elements(elements, paths=None):
    answer = ask("elements", elements=list(elements), path=paths)
    if "ok" in answer:
        return [tuple(pair) for pair in answer["ok"]]
    kind = ERRORS.get(answer["kind"], Exception)
    if answer["log"]:
        element_dependencies.logger.error(answer["log"])
    raise kind(answer["error"])


def expand_dependencies(elements, paths):
    return [name for name, _ in get_elements(elements, paths)]


class Command:
    """What an image definition stands for, in upstream's form."""

    def __init__(self, invocation):
        self.invocation = invocation

    def command(self):
        return ["bash", "/lib/" + self.invocation["command"]] + self.invocation["arguments"]


def build_commands(definition):
    return [Command(invocation) for invocation in ask("definitions", entries=definition)["ok"]]


def merge_entry(merged, entry):
    answer = ask("merged", entries=[merged, entry])["ok"]
    merged.clear()
    merged.update(answer[0])


# Block devices. Configurations are compared as what slate makes of them.
def layout(config):
    answer = ask("layout", config=completed(config))
    if "error" in answer:
        raise BlockDeviceSetupException(answer["error"])
    return answer["ok"]


def completed(config):
    """Some of upstream's configurations lack the disk, which its tests do not look at."""
    if not isinstance(config, list) or any("local_loop" in entry for entry in config):
        return config
    bases = [entry["mkfs"]["base"] for entry in config if isinstance(entry, dict) and "mkfs" in entry]
    partitions = [{"name": base, "size": "100%"} for base in bases]
    disk = {"base": "image0", "label": "mbr", "partitions": partitions}
    return [{"local_loop": {"name": "image0"}}, {"partitioning": disk}] + config


def create_graph(config, default_config, state):
    return layout(config), []


def abs_size(text):
    answer = ask("size", text=text)
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return answer["ok"]


def rel_size(text, whole):
    answer = ask("share", text=text, whole=whole)
    return answer["relative"], answer["ok"]


class MBR:
    """A table that slate writes when all partitions are known."""

    def __init__(self, path, size, align):
        self.request = {"path": path, "size": size, "align": align, "partitions": []}

    def __enter__(self):
        return self

    def add_partition(self, primary, boot, size, kind):
        self.request["partitions"].append({"primary": primary, "boot": boot, "size": size, "type": kind})

    def __exit__(self, kind, value, traceback):
        answer = ask("mbr", **self.request)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        # slate has written it out in a process of its own; the test looks for the call in this one.
        with open(self.request["path"], "rb") as image:
            os.fsync(image.fileno())


def block_device_suites():
    tests = "diskimage_builder.block_device.tests.test_"
    config, mbr, mkfs, utils = [importlib.import_module(tests + name) for name in ("config", "mbr", "mkfs", "utils")]
    config.config_tree_to_graph = layout
    config.TestConfigParsing.assertCountEqual = lambda test, ours, graph: test.assertEqual(ours, layout(graph))
    config.create_graph = create_graph
    mkfs.create_graph = create_graph
    mbr.MBR = MBR
    utils.parse_abs_size_spec = abs_size
    utils.parse_rel_size_spec = rel_size
    return [config, mbr, mkfs, utils]


def output_env_vars(elements):
    """What a shell makes of element-info --env must be the elements."""
    path = ":".join(sorted({os.path.dirname(directory) for _, directory in elements}))
    command = [SLATE, "element-info", "--env"] + [name for name, _ in elements]
    text = subprocess.run(command, capture_output=True, text=True, check=True, env={"ELEMENTS_PATH": path}).stdout
    script = 'eval "$1"; eval declare -A found=($(get_image_element_array)); echo $IMAGE_ELEMENT; echo ${!found[@]}'
    told = subprocess.run(["bash", "-c", script, "bash", text], capture_output=True, text=True, check=True).stdout
    for line in told.splitlines():
        if sorted(line.split()) != sorted(name for name, _ in elements):
            raise AssertionError(told)


# What upstream calls the kinds of properties, and what slate does.
KINDS = {"Arg": "text", "ArgEnum": "text", "ArgFlag": "switch", "ArgFlagRepeating": "repeated", "ArgInt": "number",
         "ArgList": "list", "ArgEnumList": "list", "ArgListPositional": "operands", "ArgDictToString": "pairs"}


def ask_property(prop, value):
    return ask("property", kind=KINDS[type(prop).__name__], flag=prop.arg_name(),
               choices=[str(choice) for choice in getattr(prop, "enum", None) or []], value=value)


def to_argument(prop, value=None):
    return ask_property(prop, value)["ok"]


def assert_schema_validate(test, prop, value, assert_failure=False):
    test.assertEqual(not assert_failure, ask_property(prop, value)["accepted"])


def suites():
    squash = load("test_package_squash", "elements/package-installs/tests/test_package_squash.py")
    squash.installs_squash.collect_data = collect_data
    services = load("test_data_merge", "elements/svc-map/tests/test_data_merge.py")
    services.service_map.merge_data = merge_data
    element_dependencies.get_elements = get_elements
    element_dependencies._get_elements = get_elements
    element_dependencies._output_env_vars = output_env_vars
    element_dependencies.expand_dependencies = expand_dependencies
    batch.build_commands = build_commands
    batch.merge_entry = merge_entry
    for name in KINDS:
        getattr(batch, name).to_argument = to_argument
    dependencies = importlib.import_module("diskimage_builder.tests.test_elementdeps")
    definitions = importlib.import_module("diskimage_builder.tests.test_diskimage_builder")
    definitions.TestDib.assert_schema_validate = assert_schema_validate
    return [squash, services, dependencies, definitions] + block_device_suites()


class Result(unittest.TestResult):
    """What came of each test, by file in the package."""

    def __init__(self):
        super().__init__()
        self.outcomes = {}

    def addSuccess(self, test):
        self.note(test, "passed")

    def addError(self, test, err=None, details=None):
        self.fail(test, err, details)

    def addFailure(self, test, err=None, details=None):
        self.fail(test, err, details)

    def fail(self, test, err, details):
        text = str(err[1]) if err else "\n".join(value.as_text() for value in (details or {}).values())
        self.note(test, text or "failed")

    def note(self, test, outcome):
        module, suite, name = test.id().rsplit(".", 2)
        file = os.path.relpath(sys.modules[module].__file__, PACKAGE)
        self.outcomes.setdefault(file, {})[f"{suite}.{name}"] = outcome


def main():
    result = Result()
    loader = unittest.TestLoader()
    for module in suites():
        loader.loadTestsFromModule(module).run(result)
    json.dump(result.outcomes, sys.stdout)


main()
