/** The oldest Node that Loadlens runs on. */
const oldest = [20, 20] as const;

/** Returns an error message if this version of Node is too old for Loadlens, otherwise undefined. */
export function nodeProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1])
    ? undefined
    : `Node ${oldest.join('.')} or later is required. This is Node ${version}.`;
}
