/** Conditions that are waited for, and looked at each time something happened. */
export class Conditions {
  readonly #looks = new Set<() => void>();

  /** Resolves once `condition` holds. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!condition()) return;
        this.#looks.delete(look);
        resolve();
      };
      this.#looks.add(look);
      look();
    });
  }

  happened(): void {
    for (const look of [...this.#looks]) look();
  }
}
