/**
 * A line of a GPIO chip. The chip is named by its label, or by the device it belongs to where two chips share a label
 * (`1-0020`); never by a number, since sysfs numbers move between kernels.
 */
export interface GpioLineName {
  chip: string;
  /** The offset of the line within its chip, from 0. */
  line: number;
  /** The line is active when its voltage is low. Default false. */
  activeLow?: boolean;
}

/** A line that is read. */
export interface GpioInput {
  /** The level at this instant, which is not debounced. Of a lost line, the last that was read. */
  readonly active: boolean;
  /** Called with the new level once it has held for the debounce time; never twice with the same level. */
  onChange(listener: (active: boolean) => void): void;
  /** Releases the line. No listener is called any more. */
  close(): void;
}

/** A line that is driven. */
export interface GpioOutput {
  /** Takes effect before it returns. Never throws: a line that is lost is reported where the lines come from. */
  write(active: boolean): void;
  /** What the line is at now: where it was written to, unless something else holds it. Of a lost line, what was read last. */
  read(): boolean;
  /** Drives the line inactive, then releases it. */
  close(): void;
}

/** Where lines come from. Both methods throw LIUHEN_GPIO when the line cannot be had, with what to do next. */
export interface Gpio {
  input(name: GpioLineName, options: { debounceMs: number }): GpioInput;
  /** The line is inactive from the moment it becomes an output. */
  output(name: GpioLineName): GpioOutput;
}
