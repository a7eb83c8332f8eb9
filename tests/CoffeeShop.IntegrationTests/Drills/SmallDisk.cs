using System.Diagnostics;

namespace CoffeeShop.IntegrationTests.Drills;

/// <summary>A disk of its own in memory, which a test can fill and make room on. Only root can mount one.</summary>
internal sealed class SmallDisk : IDisposable
{
    // Not one that only its owner can pass through: the user of a database server must.
    private readonly DirectoryInfo _folder = Directory.CreateDirectory(System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"coffee-disk-{Guid.NewGuid():N}"));

    private SmallDisk()
    {
    }

    public string Path => _folder.FullName;

    private string Filler => System.IO.Path.Combine(Path, "filler");

    /// <summary>Mounts one. Where that is not allowed, the test is skipped.</summary>
    public static SmallDisk Mount(int megabytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root can mount a small disk.");
        var disk = new SmallDisk();
        if (Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=755", "tmpfs", disk.Path)) return disk;
        disk._folder.Delete();
        Assert.Skip("No disk can be mounted here.");
        throw new UnreachableException();
    }

    /// <summary>Takes all the room there is.</summary>
    /// <param name="bytesLeft">But for so much.</param>
    public void Fill(long bytesLeft = 0)
    {
        using var file = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[4096];
        while (new DriveInfo(Path).AvailableFreeSpace > bytesLeft)
        {
            try
            {
                file.Write(block);
            }
            catch (IOException)
            {
                // Somebody else has taken the last of it.
                return;
            }
        }
    }

    /// <summary>Makes room again.</summary>
    public void Empty() => File.Delete(Filler);

    public void Dispose()
    {
        // Whoever has still something open there keeps it until it ends, and nobody else finds it.
        Run("umount", "--lazy", Path);
        _folder.Delete(recursive: true);
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
