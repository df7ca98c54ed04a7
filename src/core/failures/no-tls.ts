/** Reason of a failure if the server's first bytes aren't TLS. The error code follows in parentheses. */
export const noTls = "The server doesn't speak TLS on this port";
