/** The command line asks for something that does not go together: exit code 2. */
export class UsageError extends Error {}
