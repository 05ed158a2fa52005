/** The soft sound at the end of a timer: two notes that fade, made here, so that no file is needed. */
export function chime(): void {
  try {
    const audio = new AudioContext();
    for (const [delay, hertz] of [
      [0, 660],
      [0.22, 880],
    ] as const) {
      const at = audio.currentTime + delay;
      const tone = audio.createOscillator();
      const loudness = audio.createGain();
      tone.frequency.value = hertz;
      loudness.gain.setValueAtTime(0, at);
      loudness.gain.linearRampToValueAtTime(0.08, at + 0.02);
      loudness.gain.exponentialRampToValueAtTime(0.0001, at + 0.9);
      tone.connect(loudness).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 1);
    }
    setTimeout(() => void audio.close().catch(() => undefined), 2_000);
  } catch {
    // A page without sound still shows that the time is up.
  }
}
