/** The results that a menu means: those selected, or the one it was opened on. */
export function chosenIds(id: unknown, ids: unknown): readonly string[] {
  const several = Array.isArray(ids) ? ids.filter((one): one is string => typeof one === 'string') : [];
  return several.length > 0 ? several : typeof id === 'string' ? [id] : [];
}
