// `rootfs`, with owners up to 2 ** 32 - 2: what elements get where they import
// `blankslate:element/rootfs@0.1.0`, by build.sh.
//
// componentize-qjs takes u32 for signed numbers: larger than 2 ** 31 - 1 they come in
// negative and go out as 2 ** 31 - 1. Owners are the only ones of the API that are so large.

import rootfs from "blankslate:element/rootfs@0.1.0";

// 2 ** 32 - 1 means to the kernel that an owner stays as it is.
const LAST = 2 ** 32 - 2;

function outgoingOwner(owner) {
  if (owner?.tag !== "id") {
    return owner;
  }
  const id = owner.val;
  if (!Number.isInteger(id) || id < 0 || id > LAST) {
    throw { tag: "invalid", val: `${id} is no user or group: their numbers go from 0 to ${LAST}` };
  }
  return { tag: "id", val: id | 0 };
}

function outgoing(attributes) {
  const { user, group } = attributes;
  return { ...attributes, user: outgoingOwner(user), group: outgoingOwner(group) };
}

function incoming(metadata) {
  return metadata && { ...metadata, user: metadata.user >>> 0, group: metadata.group >>> 0 };
}

function incomingEntries(entries) {
  return entries.map(({ path, metadata }) => ({ path, metadata: incoming(metadata) }));
}

function incomingUser(user) {
  return user && { ...user, uid: user.uid >>> 0, gid: user.gid >>> 0 };
}

export default {
  ...rootfs,
  write: (path, contents, attributes, ...rest) => rootfs.write(path, contents, outgoing(attributes), ...rest),
  create: (path, attributes, ...rest) => rootfs.create(path, outgoing(attributes), ...rest),
  makeDirectory: (path, attributes, parents) => rootfs.makeDirectory(path, outgoing(attributes), parents),
  makeNode: (path, node, attributes) => rootfs.makeNode(path, node, outgoing(attributes)),
  setAttributes: (path, attributes, recursive) => rootfs.setAttributes(path, outgoing(attributes), recursive),
  setLinkAttributes: (path, attributes) => rootfs.setLinkAttributes(path, outgoing(attributes)),
  stat: (path, follow) => incoming(rootfs.stat(path, follow)),
  list: (path) => incomingEntries(rootfs.list(path)),
  walk: (path) => incomingEntries(rootfs.walk(path)),
  findUser: (name) => incomingUser(rootfs.findUser(name)),
  findGroup: (name) => {
    const group = rootfs.findGroup(name);
    return group === null ? null : group >>> 0;
  },
};
