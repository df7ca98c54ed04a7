// Globals that core uses and that all of our runtimes have (Node, extension host, browser). Only core's own project
// reads this file.

/** As in the WHATWG URL standard, the part that core needs. */
interface URL {
  readonly href: string;
  readonly pathname: string;
  readonly protocol: string;
  readonly host: string;
  readonly hostname: string;
  readonly port: string;
  readonly username: string;
  readonly password: string;
}
declare const URL: { new (url: string): URL; canParse(url: string): boolean };

declare class TextEncoder {
  encode(text: string): Uint8Array;
}

declare class TextDecoder {
  constructor(encoding?: string, options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean });
  decode(bytes: Uint8Array): string;
}

declare function btoa(text: string): string;
declare function atob(text: string): string;
