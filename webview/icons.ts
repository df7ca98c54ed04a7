const paths = {
  check: 'M13.7 4.3 6.5 11.5 2.8 7.8l.9-.9 2.8 2.8 6.3-6.3z',
  cross: 'm8 7.1 3.9-3.9.9.9L8.9 8l3.9 3.9-.9.9L8 8.9l-3.9 3.9-.9-.9L7.1 8 3.2 4.1l.9-.9z',
  error:
    'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM5.4 4.7l-.7.7L7.3 8l-2.6 2.6.7.7L8 8.7l2.6 2.6.7-.7L8.7 8l2.6-2.6-.7-.7L8 7.3z',
  info: 'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zm0 1a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM7.4 7h1.2v4.5H7.4zm0-2.5h1.2v1.3H7.4z',
  question:
    'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zm0 1a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM4.5 7.4h7v1.2h-7z',
  warning: 'M8 1.6 15 14H1zm0 2L2.7 13h10.6zM7.4 6.5h1.2v3.4H7.4zm0 4.2h1.2v1.2H7.4z',
} as const;

/** The icons of the panel. Each is next to a text with the same meaning. */
export type IconName = keyof typeof paths;

/** A picture of the size of a letter, in the colour of its text. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', `icon ${name}`);
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', paths[name]);
  path.setAttribute('fill-rule', 'evenodd');
  svg.append(path);
  return svg;
}
