/** What an audio worklet finds in its global scope, as far as worklet.js uses it: TypeScript does not know it yet. */

declare const sampleRate: number;
declare const currentTime: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new (options: any) => AudioWorkletProcessor): void;
