#!/usr/bin/env python3
"""Compares two trees: one that diskimage-builder built, one that slate built.

Usage: differential.py DIB.tar SLATE.tar [REASONS.json]

Compares every path, type, mode, owner, extended attribute, link target, device
number, content digest and group of hard links. Differences with a reason pass;
the rest is printed, and the exit status is 1. Reasons are those below, or pairs
of a pattern and a text in a file: then a reason that explains nothing counts as
a difference too.
"""

import difflib
import hashlib
import json
import re
import sys
import tarfile

# Files up to this size are kept, to show where they differ, and this many lines of them.
SMALL, SHOWN = 8192, 12

# Files whose lines are compared without their order: the elements of an image are a set of
# Python's in diskimage-builder, and stand in the order of the plan in slate.
UNORDERED = {"./etc/dib-manifests/dib-element-manifest"}

# Patterns of paths, and why they differ. Content and existence may differ, no more.
REASONS = [
    (r"\./dev/.+", "diskimage-builder's tar holds the build host's device nodes"),
    (r"\./boot/initrd\.img-.*", "an initramfs holds times and the order in which files were read"),
    (
        r"\./etc/dib-manifests/(dib_arguments|dib_environment)",
        "the name of the image, the command line, and the environment without secrets",
    ),
    (r".*/\.git/(index|logs/.*)", "git notes times and inode numbers"),
    (r"\./lost\+found", "of the file system that the tar was read from, not of the tree"),
    (r"\./(proc|sys)", "left out by diskimage-builder: the directories are missing from its tar"),
    (r"\./var/cache/ldconfig/aux-cache", "a cache that holds times"),
    (r"\./etc/iscsi/initiatorname\.iscsi", "the package open-iscsi makes up a random name"),
]


def entries(path):
    """What is at each path of a tar, and the small files' text."""
    found, texts, groups = {}, {}, {}
    with tarfile.open(path) as tar:
        for member in tar:
            content = tar.extractfile(member).read() if member.isreg() else None
            if content is not None and rooted(member.name) in UNORDERED:
                content = b"".join(sorted(content.splitlines(keepends=True)))
            digest = hashlib.sha256(content).hexdigest() if content is not None else None
            text = content.decode(errors="replace") if content is not None and len(content) <= SMALL else None
            attributes = {name: value for name, value in member.pax_headers.items() if name.startswith("SCHILY.xattr.")}
            link = member.linkname if member.issym() else None
            device = (member.devmajor, member.devminor) if member.ischr() or member.isblk() else None
            # A hard link is the file that it names, whichever of the two came first.
            kind = tarfile.REGTYPE if member.islnk() else member.type
            name = rooted(member.name.rstrip("/") or ".")
            groups.setdefault(rooted(member.linkname) if member.islnk() else name, []).append(name)
            found[name] = {"type": kind, "mode": oct(member.mode), "owner": (member.uid, member.gid),
                           "attributes": attributes, "link": link, "device": device,
                           "digest": found.get(rooted(member.linkname), {}).get("digest") if member.islnk() else digest}
            texts[name] = text
    for names in groups.values():
        for name in names:
            found[name]["hard links"] = sorted(set(names) - {name})
    return found, texts


def rooted(name):
    """A path as both tars are compared by it."""
    return name if name == "." else "./" + name.removeprefix("./")


def reason(reasons, path, keys):
    """Why a path may differ: in nothing but content, or by being in one tree only.

    Of the build host's devices nothing is expected."""
    if reasons is REASONS and keys not in ([], ["digest"]) and not path.startswith("./dev/"):
        return None
    return next((why for pattern, why in reasons if re.fullmatch(pattern, path)), None)


def differences(left, right):
    """Each path that differs, in what, and how to tell."""
    for path in sorted(left.keys() | right.keys()):
        if path not in left or path not in right:
            yield path, [], "only in " + ("diskimage-builder's" if path in left else "slate's")
            continue
        keys = [key for key in left[path] if left[path][key] != right[path][key]]
        if keys:
            yield path, keys, ", ".join(f"{key}: {left[path][key]} and {right[path][key]}" for key in keys)


def changed_lines(left, right):
    if left is None or right is None:
        return []
    lines = difflib.unified_diff(left.splitlines(), right.splitlines(), lineterm="", n=0)
    return ["    " + line for line in lines if line[:2] not in ("--", "++", "@@")][:SHOWN]


def main():
    (left, left_texts), (right, right_texts) = (entries(path) for path in sys.argv[1:3])
    given = sys.argv[3:4]
    reasons = json.loads(open(given[0]).read()) if given else REASONS
    explained, unexplained = {}, []
    for path, keys, what in differences(left, right):
        why = reason(reasons, path, keys)
        if why:
            explained[why] = explained.get(why, 0) + 1
        else:
            unexplained.append(f"{path}: {what}")
            unexplained += changed_lines(left_texts.get(path), right_texts.get(path))
    if given:
        unexplained += [f"nothing differs at {pattern}: {why}" for pattern, why in reasons if why not in explained]
    print(f"{len(left)} paths in diskimage-builder's tree, {len(right)} in slate's")
    for why, count in explained.items():
        print(f"{count} differ: {why}")
    print(f"{sum(line.startswith('./') for line in unexplained)} differ without a reason")
    print("\n".join(unexplained))
    return bool(unexplained)


if __name__ == "__main__":
    sys.exit(main())
