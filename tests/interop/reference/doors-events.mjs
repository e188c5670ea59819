// The server-sent events of `target doors`: two events, then the end.

export function serveEvents(request, response) {
  const { origin } = request.headers;
  response.writeHead(200, {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-cache, no-store",
    "Vary": "Origin",
    ...(origin && { "Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true" }),
  });
  const last = JSON.stringify({ last: request.headers["last-event-id"] ?? "" });
  response.write("retry: 200\r\n\r\n");
  response.write("id: 1\r\ndata: hello\r\ndata: world\r\n\r\n");
  response.write(`event: last\r\nid: 2\r\ndata: ${last}\r\n\r\n`);
  setTimeout(() => response.end(), 150);
}
