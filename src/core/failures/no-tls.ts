/** What is said where a server answers in something other than TLS, without the code in parentheses that follows. */
export const noTls = "The server doesn't speak TLS on this port";
