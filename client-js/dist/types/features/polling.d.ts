/** Gives connections polling and the upgrade from there to WebSocket. */
export declare function addPolling(): void;
