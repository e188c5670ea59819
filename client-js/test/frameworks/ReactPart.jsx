import { useEffect } from "react";
import { useConnected, useEvent, useSocket } from "roomful-client/react";

export function Part({ options, tag, token, onSocket }) {
  const socket = useSocket("/", { ...options, auth: () => ({ token }) });
  useEffect(() => void onSocket?.(socket));
  const isConnected = useConnected(socket);
  useEvent(socket, "said", (text) => window.heard.push(`${tag}:${text}`));
  return <p>{isConnected ? `online as ${socket.id}` : "offline"}</p>;
}
