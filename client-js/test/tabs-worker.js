// A worker's script of one's own.
import parser from "roomful-client/msgpack";
import { serveTabs } from "roomful-client/shared";

serveTabs({ parser });
