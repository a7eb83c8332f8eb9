namespace CoffeeShop.Generation;
internal static class EdgeCases { public static int Write(OutputFolder o) => 0; }
