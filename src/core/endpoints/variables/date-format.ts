const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
// prettier-ignore
const months = [
  'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December',
];
const tokens = /\[([^\]]*)\]|YYYY|YY|M{1,4}|D{1,2}|d{1,4}|H{1,2}|h{1,2}|a|A|m{1,2}|s{1,2}|SSS|Z{1,2}|X|x/g;

const padded = (value: number, length = 2): string => String(value).padStart(length, '0');

/** Returns an offset such as `+02:00`, or `+0200` without a separator. */
function zone(offsetMinutes: number, separator: string): string {
  const size = Math.abs(offsetMinutes);
  return `${offsetMinutes < 0 ? '-' : '+'}${padded(Math.floor(size / 60))}${separator}${padded(size % 60)}`;
}

/**
 * Returns a time as `iso8601`, `rfc1123`, or in a format of Day.js (`YYYY-MM-DD HH:mm:ss`, literal text in square
 * brackets).
 * @param local uses the time zone of this machine instead of UTC
 */
export function formatDate(time: Date, format: string, local: boolean): string {
  const offset = local ? -time.getTimezoneOffset() : 0;
  // Its UTC fields are those of the requested zone.
  const date = new Date(time.getTime() + offset * 60_000);
  if (format === 'iso8601') {
    const iso = date.toISOString();
    return local ? iso.replace('Z', zone(offset, ':')) : iso;
  }
  if (format === 'rfc1123') {
    const utc = date.toUTCString();
    return local ? utc.replace('GMT', zone(offset, '')) : utc;
  }
  const hour = date.getUTCHours();
  const day = days[date.getUTCDay()] ?? '';
  const month = months[date.getUTCMonth()] ?? '';
  const fields: Readonly<Record<string, string | number>> = {
    YYYY: padded(date.getUTCFullYear(), 4),
    YY: padded(date.getUTCFullYear() % 100),
    M: date.getUTCMonth() + 1,
    MM: padded(date.getUTCMonth() + 1),
    MMM: month.slice(0, 3),
    MMMM: month,
    D: date.getUTCDate(),
    DD: padded(date.getUTCDate()),
    d: date.getUTCDay(),
    dd: day.slice(0, 2),
    ddd: day.slice(0, 3),
    dddd: day,
    H: hour,
    HH: padded(hour),
    h: hour % 12 || 12,
    hh: padded(hour % 12 || 12),
    a: hour < 12 ? 'am' : 'pm',
    A: hour < 12 ? 'AM' : 'PM',
    m: date.getUTCMinutes(),
    mm: padded(date.getUTCMinutes()),
    s: date.getUTCSeconds(),
    ss: padded(date.getUTCSeconds()),
    SSS: padded(date.getUTCMilliseconds(), 3),
    Z: zone(offset, ':'),
    ZZ: zone(offset, ''),
    X: Math.floor(time.getTime() / 1000),
    x: time.getTime(),
  };
  return format.replace(tokens, (token, kept?: string) => kept ?? String(fields[token] ?? token));
}
