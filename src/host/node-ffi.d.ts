/**
 * The part of `node:ffi` that win32/ and darwin/ use. The module is part of Node since 26.1, is still
 * marked experimental, and @types/node does not declare it yet.
 * https://nodejs.org/docs/latest-v26.x/api/ffi.html
 */
declare module 'node:ffi' {
  /** What stands for each of a signature's type names when a native function is called. */
  interface ArgumentTypes {
    readonly int32: number;
    readonly uint16: number;
    readonly uint32: number;
    readonly uint64: bigint;
    /** An address, memory of our own that is lent for the length of the call, or a null pointer. */
    readonly pointer: bigint | Uint8Array | null;
  }

  interface ReturnTypes {
    readonly void: undefined;
    readonly int32: number;
    readonly uint16: number;
    readonly uint32: number;
    readonly pointer: bigint;
  }

  interface Signature {
    readonly arguments: readonly (keyof ArgumentTypes)[];
    readonly return: keyof ReturnTypes;
  }

  type NativeFunction<S extends Signature> = (
    ...values: { -readonly [I in keyof S['arguments']]: ArgumentTypes[S['arguments'][I]] }
  ) => ReturnTypes[S['return']];

  type NativeFunctions<Definitions extends Readonly<Record<string, Signature>>> = {
    readonly [Name in keyof Definitions]: NativeFunction<Definitions[Name]>;
  };

  /** Throws when the library or one of the symbols is missing, or when FFI is not allowed. */
  function dlopen<const Definitions extends Readonly<Record<string, Signature>>>(
    path: string,
    definitions: Definitions,
  ): { readonly functions: NativeFunctions<Definitions> };

  /** Address of memory that JavaScript owns; good for as long as that memory lives. */
  function getRawPointer(source: Uint8Array): bigint;
}
