import { noTls } from '../../core/failures/no-tls.ts';

const otherHost = 'issued for another host';
const unknownIssuer = 'issued by an unknown authority';

/** Reasons why a certificate is invalid, by the code of OpenSSL or Node. */
const certificateReasons: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'issued by a self-signed authority',
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not valid yet',
  CERT_REVOKED: 'revoked',
  CERT_UNTRUSTED: 'not trusted',
  ERR_TLS_CERT_ALTNAME_INVALID: otherHost,
  HOSTNAME_MISMATCH: otherHost,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownIssuer,
};

/** Returns why a certificate is invalid, such as `expired`; undefined for other codes. */
export const tlsReason = (code: string): string | undefined => certificateReasons[code];

/** Returns why a TLS connection failed, without a period; undefined for a code without a text. */
export function tlsText(code: string): string | undefined {
  const reason = tlsReason(code);
  if (reason !== undefined) return `The server's certificate is ${reason}`;
  if (notTls.has(code)) return noTls;
  return undefined;
}

/** OpenSSL's codes for bytes that aren't TLS. */
const notTls = new Set(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'ERR_SSL_HTTP_REQUEST']);
