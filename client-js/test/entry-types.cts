// The same entry points where they are required.
import react = require("roomful-client/react");
import svelte = require("roomful-client/svelte");
import vue = require("roomful-client/vue");

interface Events {
  news: (text: string) => void;
}

react.useEvent(react.useSocket<Events>(), "news", (text) => text.trim());
svelte.lastEvent(svelte.socket<Events>(), "news").subscribe((last) => last?.[0].trim());
vue.useEvent(vue.useSocket<Events>(), "news", (text) => text.trim());
