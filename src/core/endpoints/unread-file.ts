/** Why a file can't be read, and what to do. */
export interface UnreadFile {
  readonly why: string;
  readonly hint: string;
}

const path = 'Check the path (relative to the endpoints file).';

/** Causes by the codes of Node and of VS Code. */
const causes: Readonly<Record<string, UnreadFile>> = {
  ENOENT: { why: "it doesn't exist", hint: path },
  ENOTDIR: { why: "it doesn't exist", hint: path },
  FileNotFound: { why: "it doesn't exist", hint: path },
  EISDIR: { why: "it's a folder", hint: path },
  FileIsADirectory: { why: "it's a folder", hint: path },
  EACCES: { why: 'permission is missing', hint: 'Allow this user to read it.' },
  EPERM: { why: 'permission is missing', hint: 'Allow this user to read it.' },
  NoPermissions: { why: 'permission is missing', hint: 'Allow this user to read it.' },
  ELOOP: { why: 'its symbolic link leads to itself', hint: path },
  ENAMETOOLONG: { why: 'its path is too long', hint: path },
  ERR_FS_FILE_TOO_LARGE: { why: "it's larger than 2 GiB", hint: 'Use a part of it.' },
};

/** Returns why a file can't be read; undefined if the cause is unknown. @param code of a system error or of VS Code */
export const unreadFile = (code: unknown): UnreadFile | undefined =>
  typeof code === 'string' ? causes[code] : undefined;
