import { defineComponent, h, ref } from "vue";
import { useConnected, useEvent, useSocket } from "roomful-client/vue";

export const Part = defineComponent({
  props: ["options", "tag"],
  setup(props) {
    const socket = useSocket("/", props.options);
    // A proxy around a socket would break it; so this has to be the same one.
    if (ref(socket).value !== socket) throw new Error("the socket is behind a proxy");
    const isConnected = useConnected(socket);
    useEvent(socket, "said", (text) => window.heard.push(`${props.tag}:${text}`));
    return () => h("p", isConnected.value ? `online as ${socket.id}` : "offline");
  },
});
