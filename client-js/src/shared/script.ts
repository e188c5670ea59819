// The script of a SharedWorker for `io()` of roomful-client/shared.
import { io } from "../index.js";
import { shareSockets } from "./worker.js";

shareSockets(io);
