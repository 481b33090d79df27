/** Below a place: the small files of its sandbox. */
export const sandboxDirectory = "sandbox";
