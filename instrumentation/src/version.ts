export const instrumentationName = "@calibrant/instrumentation";
export const instrumentationVersion = "0.1.0";
