/** Splits a body at marks: each part is bytes or one of the marks. */
export function cutAtMarks<Mark extends string>(body: Buffer, marks: readonly Mark[]): readonly (Buffer | Mark)[] {
  const parts: (Buffer | Mark)[] = [];
  let from = 0;
  for (;;) {
    const [next] = marks
      .map((mark) => ({ mark, at: body.indexOf(mark, from) }))
      .filter(({ at }) => at >= 0)
      .toSorted((a, b) => a.at - b.at);
    if (next === undefined) break;
    parts.push(body.subarray(from, next.at), next.mark);
    from = next.at + next.mark.length;
  }
  return [...parts, body.subarray(from)];
}
