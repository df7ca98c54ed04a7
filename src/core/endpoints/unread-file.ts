/** Why a file can't be read, and what to do. */
export interface UnreadFile {
  readonly why: string;
  readonly hint: string;
}

const path = 'Check the path (relative to the endpoints file).';
const missing = { why: "it doesn't exist", hint: path };
const folder = { why: "it's a folder", hint: path };
const forbidden = { why: 'permission is missing', hint: 'Allow this user to read it.' };

/** Causes by the codes of Node and of VS Code. */
const causes: Readonly<Record<string, UnreadFile>> = {
  ENOENT: missing,
  ENOTDIR: missing,
  FileNotFound: missing,
  EISDIR: folder,
  FileIsADirectory: folder,
  EACCES: forbidden,
  EPERM: forbidden,
  NoPermissions: forbidden,
  ELOOP: { why: 'its symbolic link leads to itself', hint: path },
  ENAMETOOLONG: { why: 'its path is too long', hint: path },
  ERR_FS_FILE_TOO_LARGE: { why: "it's larger than 2 GiB", hint: 'Use a part of it.' },
};

/** Returns why a file can't be read; undefined if the cause is unknown. @param code of a system error or of VS Code */
export const unreadFile = (code: unknown): UnreadFile | undefined =>
  typeof code === 'string' ? causes[code] : undefined;

/** Returns the code of an error; undefined if it has none. */
export const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);
