declare const outgoing: unique symbol;

/** Text that passed the one choke point (`neutralise`, or `trusted` for our own words). The GitHub port takes nothing else. */
export type Outgoing = string & { readonly [outgoing]: true };
