/** Gives sockets the options `retryOnRefusal` and `retryOnServerDisconnect`. */
export declare function addRejoin(): void;
